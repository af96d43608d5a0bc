"""The secrets by which pages to the webhooks of an agreement are signed: made by the party whose webhook it is."""
