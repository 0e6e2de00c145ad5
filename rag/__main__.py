"""The command line: `python -m rag index | ask | chat | ...`. Answers to stdout, all else to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rag import __version__
from rag.errors import FootnoteError, QuestionError, SettingsError
from rag.settings import Settings
from rag.terminal import render_answer, render_check, visible

if TYPE_CHECKING:
    from rag.calibrate import QuestionSet
    from rag.chatbot import Chatbot
    from rag.risk import Operation
    from rag.types import IndexReport, Turn

_errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
_output = Console(markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 an error said in a sentence, 2 wrong usage."""
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
        return code
    except FootnoteError as error:
        _errors.print(visible(str(error)))
        return 1
    except KeyboardInterrupt:
        _errors.print("Stopped.")
        return 130  # as the shell reports a program ended by Ctrl-C
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0


def _index(chosen: argparse.Namespace) -> int:
    from rag.embed import load_embedder  # libraries that load in seconds are imported by the command that needs them
    from rag.index import refresh

    settings = _settings(chosen)
    with _bar("Embedding passages") as progress:
        report = refresh(settings, load_embedder(settings.embedder), progress)
    _print_report(report)
    return 0


def _ask(chosen: argparse.Namespace) -> int:
    answer = _open(chosen).ask(chosen.question)
    if chosen.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    else:
        _output.print(render_answer(answer))
    return 0


def _check(chosen: argparse.Namespace) -> int:
    text = _text_of(chosen.file)
    checked = _open(chosen).check(text)
    if chosen.json:
        print(json.dumps(checked.to_dict(), ensure_ascii=False, indent=2))
    else:
        _output.print(render_check(checked))
    return 0


def _text_of(name: str) -> str:
    """A text file's content, or standard input's for "-"; raises QuestionError where it cannot be read."""
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise QuestionError(f"{name} cannot be read ({error.strerror}). Name a text file, or - to type it.") from None
    except UnicodeDecodeError as error:
        raise QuestionError(f"{name}: byte {error.start} is not UTF-8. Save the text as UTF-8.") from None


def _chat(chosen: argparse.Namespace) -> int:
    bot = _open(chosen)
    history: list[Turn] = []
    _errors.print(f"{len(bot.documents)} articles. Ask a question; an empty line ends.")
    while question := _next_question():
        try:
            answer = bot.ask(question, history)
        except FootnoteError as error:
            _errors.print(visible(str(error)))
            continue
        _output.print(render_answer(answer))
        history.append((question, answer.text))
    return 0


def _next_question() -> str:
    try:
        return input("\n> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _calibrate(chosen: argparse.Namespace) -> int:
    from rag import calibrate, calibration
    from rag.risk import LEVEL

    settings = _settings(chosen)
    if settings.model:
        raise SettingsError(f"The model {settings.model} gives no probability to calibrate. Unset FOOTNOTE_MODEL.")
    bot = _open(chosen, forced=True)
    conditions, passage_ids = calibration.conditions(settings)  # of what is asked, should another process index now
    asked = calibrate.question_set(bot, chosen.questions, chosen.limit)
    calibrate.require_enough(asked, chosen.risk)
    with _bar("Asking") as progress:
        outcomes = calibrate.ask_all(bot, asked, progress)
    operation = calibrate.chosen_operation(outcomes, chosen.risk)
    path = calibration.store(
        settings,
        calibration.Calibration(
            schema_version=calibration.SCHEMA,
            threshold=operation.threshold,
            risk=chosen.risk,
            bound=operation.bound,
            level=LEVEL,
            asked=len(asked.questions),
            answerable=asked.answerable,
            answered=operation.answered,
            wrong=operation.wrong,
            questions=asked.origin,
            conditions=conditions,
            passage_ids_sha256=passage_ids,
        ),
    )
    _print_calibration(asked, operation, chosen.risk)
    _errors.print(f"Kept in {visible(str(path))}. It holds for questions like these.")
    return 0


def _password(chosen: argparse.Namespace) -> int:
    from getpass import getpass

    from rag.passwords import user_line

    given = (
        getpass(f"Password of {visible(chosen.name)}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    print(user_line(chosen.name, given))
    return 0


def _doctor(chosen: argparse.Namespace) -> int:
    from rag.doctor import examine

    findings = list(examine(_settings(chosen)))
    for finding in findings:
        _output.print(visible(f"{'ok  ' if finding.works else 'FAIL'}  {finding.subject}: {finding.words}"))
    return 0 if all(finding.works for finding in findings) else 1


def _open(chosen: argparse.Namespace, forced: bool = False) -> Chatbot:
    from rag.chatbot import Chatbot

    with _bar("Embedding passages") as progress:
        return Chatbot.open(_settings(chosen), forced=forced, progress=progress)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr that appears with the first passage."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_errors, transient=True, disable=not _errors.is_terminal) as bar:
        task = bar.add_task(what, total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def _print_report(report: IndexReport) -> None:
    for word, names in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        for name in names:
            _errors.print(f"{word:8} {visible(name)}")
    for skipped in report.skipped:
        _errors.print(f"skipped  {visible(skipped.source)}: {visible(skipped.reason)}")
    _output.print(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{report.unchanged} unchanged, {len(report.skipped)} skipped; {report.embedded} passages embedded."
    )


def _print_calibration(asked: QuestionSet, operation: Operation, risk: float) -> None:
    from rag.risk import LEVEL

    count = len(asked.questions)
    for name, words in (
        ("questions", f"{count}, {asked.origin}"),
        ("answerable", f"{asked.answerable}"),
        ("unanswerable", f"{count - asked.answerable}"),
        ("threshold", f"{operation.threshold:.2f}"),
        ("coverage", f"{operation.answered / count:.1%}, {operation.answered} answered"),
        ("error", f"{operation.wrong / operation.answered:.1%}, {operation.wrong} wrong"),
        ("bound", f"{operation.bound:.1%}, {LEVEL:.0%} sure; target {risk:.1%}"),
    ):
        _output.print(f"{name:13} {visible(words)}")


def _share(text: str) -> float:
    """A number between 0 and 1, for argparse; raises ValueError."""
    share = float(text)
    if not 0 < share < 1:
        raise ValueError(text)
    return share


def _positive(text: str) -> int:
    """A whole number above 0, for argparse; raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _settings(chosen: argparse.Namespace) -> Settings:
    given = {name: getattr(chosen, name, None) for name in Settings.model_fields}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag", description="Answers from a folder of articles, with their sources."
    )
    parser.add_argument("--version", action="version", version=f"footnote {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    index = _command(commands, "index", _index, "read the articles and build or refresh the index")
    ask = _command(commands, "ask", _ask, "answer one question")
    chat = _command(commands, "chat", _chat, "talk in the terminal")
    check = _command(commands, "check", _check, "check a text of yours, sentence by sentence")
    doctor = _command(commands, "doctor", _doctor, "say what works here and what does not")
    calibrate = _command(commands, "calibrate", _calibrate, "choose when to abstain, on questions of yours")
    password = _command(commands, "password", _password, "make a user's line for FOOTNOTE_AUTH_FILE")
    password.add_argument("name", metavar="NAME")
    for command in (index, ask, chat, check, doctor, calibrate):
        command.add_argument("--corpus", metavar="DIR", help="folder of articles (default: corpus)")
        command.add_argument("--index", metavar="DIR", help="folder of the index (default: .footnote)")
    for command in (ask, chat, doctor):
        command.add_argument(
            "--model", metavar="PROVIDER:NAME", help="chat model that drafts; default: the embedded reader"
        )
    add = calibrate.add_argument
    add("--questions", type=Path, metavar="FILE", help="JSON lines (default: questions made from the articles)")
    add("--risk", type=_share, default=0.05, metavar="SHARE", help="wrong among answered, at most (default: 0.05)")
    add("--limit", type=_positive, metavar="N", help="ask at most N questions (default: all of FILE, or 400 made)")
    check.add_argument("file", metavar="FILE", help="a text file; - reads standard input")
    check.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    purpose: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=purpose, description=purpose)
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
