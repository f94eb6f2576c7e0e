"""Everything that strangers may write, shown in every place that shows it; for tests in a browser."""
