"""For those who write assignments: releases them, and proves their tests by wrong and right answers."""
