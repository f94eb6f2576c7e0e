"""The phone: an agent writes down what a caller says."""
