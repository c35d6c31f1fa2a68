"""An answer that says to a person what happened, where there is nothing else to give."""

from pydantic import ConfigDict

from shared.http.inputs import ViewModel


class MessageView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "Код отправлен."}]})

    message: str
