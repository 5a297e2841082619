"""What takes long: each script writes tables into mirage/data, with a manifest."""
