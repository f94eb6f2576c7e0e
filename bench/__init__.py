"""Measuring the product on many tickets; never imported by it."""
