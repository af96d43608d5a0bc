"""What must happen next, and by when: agreements, calendars, clocks, ladders, and the engine that fires them."""
