from pydantic import ConfigDict

from shared.http.inputs import ViewModel


class ReplayedView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"replayed": 7}]})

    #: a hundred: there may be more
    replayed: int
