"""The benchmark page: evaluations of known panels, and every table and figure made of them."""
