"""The pages of command."""

from anlan.kernel.response.pages.boards import PAGES as BOARDS
from anlan.kernel.response.pages.drills import PAGES as DRILLS
from anlan.kernel.response.pages.incidents import PAGES as INCIDENTS
from anlan.kernel.response.pages.library import PAGES as LIBRARY
from anlan.kernel.response.pages.papers import PAGES as PAPERS
from anlan.kernel.response.pages.review import PAGES as REVIEW

PAGES = (*BOARDS, *LIBRARY, *DRILLS, *INCIDENTS, *PAPERS, *REVIEW)
