"""What `make up` and `make test` need on a developer's machine; never used in production."""
