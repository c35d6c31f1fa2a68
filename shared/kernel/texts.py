"""What a line of text may hold."""

import re
from typing import Final

#: line breaks, other control characters and halves of characters: no name, address or contract has them
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
