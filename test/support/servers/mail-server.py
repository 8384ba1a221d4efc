"""A mail server (aiosmtpd) for tests: the port comes out first, then each mail as a line of JSON. Ends with its input."""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

wanted = json.loads(sys.argv[1])


def say(value):
    print(json.dumps(value), flush=True)


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "text": envelope.content.decode("utf-8"),
                "login": session.auth_data.login.decode() if session.auth_data else None,
                "secure": session.ssl is not None,
            }
        )
        return "250 taken"


def check(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and data.login == wanted["user"].encode() and data.password == wanted["password"].encode()
    return AuthResult(success=fits, handled=False, auth_data=data)


def door():
    options = {"hostname": "mail.test", "enable_SMTPUTF8": False}
    if "cert" in wanted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(wanted["cert"], wanted["key"])
        options.update(tls_context=context, require_starttls=True)
    if "user" in wanted:
        options.update(authenticator=check, auth_required=True, auth_require_tls="cert" in wanted)
        options.update(auth_exclude_mechanism=wanted.get("without", []))
    return SMTP(Keeper(), loop=asyncio.get_running_loop(), **options)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(door, "127.0.0.1", wanted.get("port", 0))
    say({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
