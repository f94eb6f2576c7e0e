"""What clocks must say, found out a second time in another way: `minutes` and `rules` import nothing of the product."""
