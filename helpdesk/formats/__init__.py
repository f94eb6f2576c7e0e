"""How dates look where Django's own choice does not fit."""
