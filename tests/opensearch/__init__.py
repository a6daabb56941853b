"""Real OpenSearch servers without containers: built from Maven's repository, run on loopback.

`python -m tests.opensearch COMMAND…` runs a command beside a 3.x and a 2.19 server;
`python -m tests.opensearch.foreground` is `make opensearch`; `fixtures` is what tests use.
"""
