"""The certificates that a TLS connection trusts, and messages for one that cannot be verified.

By default these are the certificates of the system, or those that ``SSL_CERT_FILE`` or
``SSL_CERT_DIR`` name instead. The setting ``ca_file`` adds certificates, so that one config file
can serve a server with a certificate authority of its own and others. Verification cannot be turned
off: a self-signed certificate is trusted by naming it in ``ca_file``, which protects the key too.
"""

from __future__ import annotations

import os
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from semcodec.backends.openai.error_texts import Problem
from semcodec.errors import BackendError

CA_FILE: Final = "ca_file"
FILE_ENV: Final = "SSL_CERT_FILE"
FOLDER_ENV: Final = "SSL_CERT_DIR"
#: OpenSSL's reasons if a server responds without TLS.
NOT_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER")
#: Errors of a connection that the server has closed, which may succeed later.
CLOSED: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
MAX_CA_BYTES: Final = 10_000_000  #: all public certificate authorities together have 0.3 MB


_OTHER_NAME: Final = Problem(
    "has a TLS certificate for another name than HOST",
    "use a name from the certificate in the base URL.",
)
_UNKNOWN_AUTHORITY: Final = Problem(
    "has a TLS certificate from an authority that is not trusted",
    "if it is yours, name the certificate of the authority with --ca-file.",
)
#: By the code of OpenSSL (X509_V_ERR_...).
CERTIFICATE_PROBLEMS: Final = {
    9: Problem("has a TLS certificate that is not valid yet", "check the clock of this machine."),
    10: Problem(
        "has a TLS certificate that has expired", "renew it, or check the clock of this machine."
    ),
    18: Problem(
        "has a self-signed TLS certificate",
        "if the server is yours, name the certificate with --ca-file.",
    ),
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the trusted certificates are; equal if the files have not changed.

    Attributes:
        ca_file: path of a PEM file of certificates to trust in addition, or None.
        file, folder: paths that replace the certificates of the system, or None.
        versions: size and time of change of each file.
    """

    ca_file: str | None
    file: str | None
    folder: str | None
    versions: tuple[tuple[int, int], ...]

    @classmethod
    def find(cls, ca_file: str | None) -> Certificates:
        """Return the certificates of the setting ``ca_file`` and the environment.

        Raises:
            BackendError: a file or folder does not exist or cannot be read.
        """
        file, folder = os.environ.get(FILE_ENV) or None, os.environ.get(FOLDER_ENV) or None
        paths = {_describe(CA_FILE): ca_file, _describe(FILE_ENV): file}
        versions = tuple(_version(name, path) for name, path in paths.items() if path)
        if folder and not file:
            _check_folders(folder)
        return cls(ca_file, file, folder, versions)


def ssl_context(certificates: Certificates | None) -> ssl.SSLContext:
    """Return a new context that verifies host names and, if they are given, certificates.

    Raises:
        BackendError: a file does not contain a certificate.
    """
    if certificates is None or certificates.file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nothing yet
    else:
        context = httpx2.create_ssl_context(trust_env=True)
    if certificates and certificates.file:
        _load(context, _describe(FILE_ENV), certificates.file)
    if certificates and certificates.ca_file:
        _load(context, _describe(CA_FILE), certificates.ca_file)
    return context


def find_problem(error: BaseException | None, host: str) -> Problem | None:
    """Return why TLS failed if ``error`` or one of its causes is an error of TLS, else None.

    Args:
        error: an exception.
        host: the host in the URL of the server.
    """
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return _certificate_problem(error, host)
        if isinstance(error, ssl.SSLError) and not isinstance(error, CLOSED):
            return _handshake_problem(error.reason or "")
        error = error.__cause__ or error.__context__
    return None


def _certificate_problem(error: ssl.SSLCertVerificationError, host: str) -> Problem:
    found = CERTIFICATE_PROBLEMS.get(error.verify_code)
    if found is _UNKNOWN_AUTHORITY and os.environ.get(FILE_ENV):
        problem = f"has a TLS certificate from an authority that is not in ${FILE_ENV}"
        return Problem(problem, "name the authority with --ca-file, or unset the variable.")
    if found:
        return found._replace(problem=found.problem.replace("HOST", host))
    problem = f"has a TLS certificate that cannot be verified ({error.verify_message})"
    return Problem(problem, "replace it, or use another server.")


def _handshake_problem(reason: str) -> Problem:
    if reason.startswith(NOT_TLS):
        problem = "did not respond with TLS"
        return Problem(problem, "check the port of the base URL, or begin it with http:.")
    reason = reason.replace("_", " ").lower()
    return Problem(f"refused a TLS connection ({reason})", "check the TLS settings of the server.")


def _describe(name: str) -> str:
    return f"${name}" if name.isupper() else f"the setting {name}"


def _version(name: str, path: str) -> tuple[int, int]:
    """Return the size and time of change of a file of certificates."""
    try:
        status = Path(path).expanduser().stat()
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "not a path"
        raise _error(name, path, problem.lower(), "name a PEM file, or unset it") from None
    if not stat.S_ISREG(status.st_mode):
        raise _error(name, path, "not a regular file", "name a PEM file, or unset it")
    if status.st_size > MAX_CA_BYTES:
        problem = f"{status.st_size} bytes, over the limit of {MAX_CA_BYTES}"
        raise _error(name, path, problem, "name a PEM file of fewer certificates")
    return status.st_size, status.st_mtime_ns


def _check_folders(folders: str) -> None:
    if not any(os.path.isdir(folder) for folder in folders.split(os.pathsep)):
        raise _error(_describe(FOLDER_ENV), folders, "no such folder", "correct or unset it")


def _load(context: ssl.SSLContext, name: str, path: str) -> None:
    try:
        context.load_verify_locations(cafile=os.path.expanduser(path))
    except ssl.SSLError:
        problem = "no PEM certificate in it"
        raise _error(name, path, problem, "name a PEM file of certificates") from None
    except OSError as error:
        problem = (error.strerror or "not readable").lower()
        raise _error(name, path, problem, "make it readable, or unset it") from None


def _error(name: str, path: str, problem: str, advice: str) -> BackendError:
    message = f"The certificates of {name} cannot be read from {path} ({problem}): {advice}."
    return BackendError(message, backend="openai", stage="load", unavailable=True)
