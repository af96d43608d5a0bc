"""What goes in and out over HTTP, as marshmallow schemas: they check, they write, and they document."""
