"""What is owed to whom: pages, notices and announcements, and whether each is still needed when its turn comes."""
