import pytest

from shared.documents import names


class TestGenitiveName:
    @pytest.mark.parametrize(
        ("name", "genitive"),
        [
            ("Иванов Иван Иванович", "Иванова Ивана Ивановича"),
            ("Петрова Анна Сергеевна", "Петровой Анны Сергеевны"),
            ("Достоевская Любовь Фёдоровна", "Достоевской Любови Фёдоровны"),
            ("Толстой Лев Николаевич", "Толстого Льва Николаевича"),
            ("Шевченко Олег Петрович", "Шевченко Олега Петровича"),
            ("Черных Илья Ильич", "Черных Ильи Ильича"),
            ("Мельник Игорь Львович", "Мельника Игоря Львовича"),
            ("Кузнец Мария Ильинична", "Кузнец Марии Ильиничны"),
            ("Скрипка Софья Юрьевна", "Скрипки Софьи Юрьевны"),
            ("Гулиа Георгий Дмитриевич", "Гулиа Георгия Дмитриевича"),
            ("Дюма Пётр Иванович", "Дюма Петра Ивановича"),
            ("Римский-Корсаков Николай Андреевич", "Римского-Корсакова Николая Андреевича"),
            ("ИВАНОВ ИВАН ИВАНОВИЧ", "ИВАНОВА ИВАНА ИВАНОВИЧА"),
        ],
    )
    def test_declines_by_sex(self, name: str, genitive: str) -> None:
        assert names.genitive_name(name) == genitive

    @pytest.mark.parametrize(
        "name",
        ["Ли Вэй", "Ким Чен Ын", "John Smith", "Мамедов Али Гасан оглы", "Иван Иванович Иванов", "Мадонна"],
    )
    def test_leaves_foreign_and_odd_names(self, name: str) -> None:
        assert names.genitive_name(name) == name


class TestShortName:
    def test_keeps_the_surname(self) -> None:
        assert names.short_name("Иванов Иван Петрович") == "Иванов И. П."

    def test_leaves_odd_names(self) -> None:
        assert names.short_name("Ли Вэй") == "Ли Вэй"


class TestPositionAndBasis:
    @pytest.mark.parametrize(
        ("position", "genitive"),
        [
            ("Генеральный директор", "генерального директора"),
            ("директор", "директора"),
            ("Директор по развитию", "директора по развитию"),
            (
                "Заместитель генерального директора по продажам",
                "заместителя генерального директора по продажам",
            ),
            ("Ведущий специалист", None),
            ("Директоратор", None),
        ],
    )
    def test_position(self, position: str, genitive: str | None) -> None:
        assert names.genitive_position(position) == genitive

    @pytest.mark.parametrize(
        ("basis", "genitive"),
        [
            ("Устав", "Устава"),
            ("Доверенность № 5 от 01.02.2026", "доверенности № 5 от 01.02.2026"),
            ("Приказ от 01.02.2026 № 7", "приказа от 01.02.2026 № 7"),
            ("Доверенность, удостоверенная нотариусом", None),
            ("Положение", None),
        ],
    )
    def test_basis(self, basis: str, genitive: str | None) -> None:
        assert names.genitive_basis(basis) == genitive


class TestSignerPhrase:
    def test_agrees_with_a_man(self) -> None:
        assert names.signer_phrase("Иванов Иван Иванович", "Генеральный директор", "Устав") == (
            "в лице генерального директора Иванова Ивана Ивановича, действующего на основании Устава"
        )

    def test_agrees_with_a_woman(self) -> None:
        phrase = names.signer_phrase("Петрова Анна Сергеевна", "Директор", "Доверенность № 5 от 01.02.2026")

        assert (
            phrase
            == "в лице директора Петровой Анны Сергеевны, действующей на основании доверенности № 5 от 01.02.2026"
        )

    @pytest.mark.parametrize(
        ("name", "position", "basis"),
        [
            ("Ли Вэй", "Директор", "Устав"),
            ("Иванов Иван Иванович", "Ведущий специалист", "Устав"),
            ("Иванов Иван Иванович", "Директор", "Положение"),
        ],
    )
    def test_declines_nothing_when_a_part_is_unusual(self, name: str, position: str, basis: str) -> None:
        assert names.signer_phrase(name, position, basis) == (
            f"от имени которого действует {name} (должность: {position}; основание полномочий: {basis})"
        )


class TestAgreed:
    @pytest.mark.parametrize(
        ("name", "form"),
        [
            ("Иванов Иван Иванович", "применяющий"),
            ("Петрова Анна Сергеевна", "применяющая"),
            ("Ли Вэй", "применяющий (применяющая)"),
        ],
    )
    def test_by_patronymic(self, name: str, form: str) -> None:
        assert names.agreed(name, "применяющий", "применяющая") == form
