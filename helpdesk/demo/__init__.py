"""The example company of `make up`: its content in TOML files, and what turns it into rows."""
