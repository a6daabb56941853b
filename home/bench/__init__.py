"""What `bench_search` measures with: questions, stopwatches, temporary places, yardsticks, a peer.

A yardstick does what an engine does, barely: `bare` on the embedded engine's own index, `raw` by
sending OpenSearch the very bodies that the engine sends. `peer` is Wagtail's own search.
"""
