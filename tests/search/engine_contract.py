"""What every engine promises, as tests: a subclass a engine makes it run all of them."""

from tests.search.contract.changes import ChangeContract
from tests.search.contract.differential import DifferentialContract
from tests.search.contract.explaining import ExplainContract
from tests.search.contract.facets import FacetContract
from tests.search.contract.generations import GenerationContract
from tests.search.contract.offers import ApartContract, OfferContract
from tests.search.contract.order import OrderContract
from tests.search.contract.robustness import RobustnessContract
from tests.search.contract.scanning import ScanContract
from tests.search.contract.shown import (
    CompletionContract,
    HighlightContract,
    HitsOnlyContract,
    SimilarContract,
    SuggestionContract,
)
from tests.search.contract.texts import (
    FrenchContract,
    NameContract,
    OperatorContract,
    ReplacedContract,
    SynonymContract,
    TypingErrorContract,
)


class EngineContract(
    FacetContract,
    OfferContract,
    ApartContract,
    OrderContract,
    FrenchContract,
    NameContract,
    OperatorContract,
    TypingErrorContract,
    SynonymContract,
    ReplacedContract,
    HighlightContract,
    HitsOnlyContract,
    SuggestionContract,
    CompletionContract,
    SimilarContract,
    ChangeContract,
    GenerationContract,
    ScanContract,
    ExplainContract,
    RobustnessContract,
    DifferentialContract,
):
    """All parts of the contract; the fixtures to override are those of `ContractBase`."""
