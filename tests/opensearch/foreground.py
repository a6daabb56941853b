"""An OpenSearch server for the site on this machine: what `make opensearch` runs."""

import signal
import sys

from config.environment import path
from tests.opensearch.distribution import OPENSEARCH_3
from tests.opensearch.java import Unavailable
from tests.opensearch.server import STEADY, Server


def main(port: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = path("VAR_ROOT", "var") / "opensearch" / "data"
    server = Server(OPENSEARCH_3, folder, port=port, heap="1g", java_options=STEADY)
    print("Démarrage d’OpenSearch ; la première fois, Maven apporte ses fichiers…", flush=True)  # noqa: T201
    try:
        with server:
            print(  # noqa: T201
                f"OpenSearch {OPENSEARCH_3.version} répond sur {server.url}, données dans {folder}.\n"
                "Pour que le site s’en serve :\n"
                f"  SEARCH_ENGINE=opensearch OPENSEARCH_URL={server.url} make demo\n"
                "Ctrl-C arrête le serveur.",
                flush=True,
            )
            watch(server)
    except KeyboardInterrupt:
        return 0
    except (Unavailable, RuntimeError) as error:
        sys.stderr.write(f"OpenSearch ne peut pas démarrer ici : {error}\n")
    return 1


def watch(server: Server) -> None:
    """Wait until someone stops us, or the server ends by itself."""
    assert server.process is not None
    server.process.wait()
    raise RuntimeError(f"le serveur s’est arrêté, voir {server.log}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
