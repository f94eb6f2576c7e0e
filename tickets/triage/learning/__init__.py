"""What solved tickets teach: pure numpy, no tables; texts and labels in, ranked answers with their reasons out."""
