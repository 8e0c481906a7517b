"""A mail server for tests: aiosmtpd as it is, with a handler that does what the recipient's name says.

Prints its port, then each message it takes as one line of JSON. Ends when its standard input does.
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def tell(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if session.peer and address.startswith("nobody@"):
            return "550 5.7.1 we do not know you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name == "refuse":
            return f"550 5.1.1 <{address}>: nobody here of that name"
        if name == "defer":
            return "451 4.7.1 come back later"
        if name == "cut-at-rcpt":
            server.transport.abort()
            return "421 gone"
        if name == "hang-at-rcpt":
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].partition("@")[0]
        login = session.auth_data.decode() if session.auth_data else None
        tell({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "peer": session.peer[1],
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": login,
            "content": base64.b64encode(envelope.original_content).decode(),
        })
        if name == "refuse-data":
            return "554 5.7.1 not that"
        if name == "defer-data":
            return "452 4.3.1 no room just now"
        if name == "cut-after-data":
            server.transport.abort()
            return "421 gone"
        if name == "hang-after-data":
            await asyncio.Event().wait()
        return "250 2.0.0 taken"


class Cutting(SMTP):
    """Cuts the connection while the message is still coming, once its recipient asks for that."""

    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("cut-in-data@"):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"tournee", b"open sesame")
    return AuthResult(success=good, handled=False, auth_data=data.login if good else None)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--auth", action="store_true")
    parser.add_argument("--silent", action="store_true")
    options = parser.parse_args()
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)

    def session():
        if options.silent:
            return asyncio.Protocol()
        starttls = context if not options.implicit else None
        return Cutting(
            Handler(), hostname="mx.shop.example", enable_SMTPUTF8=False, tls_context=starttls,
            require_starttls=starttls is not None, auth_required=options.auth, auth_require_tls=False,
            authenticator=authenticate if options.auth else None,
        )

    loop = asyncio.get_running_loop()
    implicit = context if options.implicit else None
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=implicit)
    tell({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
