"""What is owed and when: deadlines, ladders, pages and reminders, and the engine that fires them (decision 8)."""
