from shared.kernel.errors import Conflict, Invalid, NotFound


class DocumentNotFound(NotFound):
    """Also somebody else's document."""

    code = "document_not_found"

    def __init__(self) -> None:
        super().__init__("Документ не найден.")


class DocumentNotReady(Conflict):
    code = "document_not_ready"

    def __init__(self) -> None:
        super().__init__("Документ ещё готовится. Повторите через несколько секунд.")
        self.retry_after_seconds = 3


class DocumentNotOpen(Conflict):
    """Signed already, void, or failed."""

    code = "document_not_open"

    def __init__(self) -> None:
        super().__init__("Этот документ уже нельзя подписать.")


class NothingToGenerate(Conflict):
    """A deal's contract is made when the deal is submitted."""

    code = "nothing_to_generate"

    def __init__(self) -> None:
        super().__init__("Сначала отправьте сделку на подпись: договор готовится по её условиям.")


class TemplateChanged(Conflict):
    """A template's version never changes once it was used: the change needs a new version."""

    code = "template_changed"

    def __init__(self, name: str, version: int) -> None:
        super().__init__(f"Шаблон {name} v{version} изменён после использования: нужна новая версия.")


class ContractImpossible(Invalid):
    """The terms make no contract; ``what`` names the field, never its value."""

    code = "contract_impossible"

    def __init__(self, what: str) -> None:
        super().__init__("Из этих условий договор не составить: проверьте поле в errors.")
        self.errors = {what or "contract": "Значение не подходит для договора."}


class ContractDataMissing(Invalid):
    """Something that the contract must name isn't known."""

    code = "contract_data_missing"

    def __init__(self, what: str) -> None:
        super().__init__(f"Для договора не хватает данных: {what}.")


class ActExists(Conflict):
    """Another act can be made once the client has objected to it."""

    code = "act_exists"

    def __init__(self) -> None:
        super().__init__("Акт уже составлен: дождитесь подписи, возражений или окончания срока.")


class ContractNotSigned(Conflict):
    """An act names the contract that it completes."""

    code = "contract_not_signed"

    def __init__(self) -> None:
        super().__init__("Договор по сделке не подписан: акт составить не к чему.")
