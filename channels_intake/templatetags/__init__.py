"""Tags for the pages of the intake."""
