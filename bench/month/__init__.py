"""A month of fifty extensions on a virtual clock through the real stages, with everything accounted for."""
