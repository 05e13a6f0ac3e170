"""An administrator with an ordinary XMPP library: runs the three ad-hoc commands and says what came of them."""
import asyncio
import sys

import slixmpp

BUDDY = "http://jabber.org/protocol/admin#server-buddy"
PENDING = "urn:server-roster:command:pending-requests"
REMOVE = "urn:server-roster:command:remove-peer"

jid, password, host, port, service, asked, asking = sys.argv[1:]


async def run(xmpp):
    commands = xmpp["xep_0050"]

    async def fill(node, values):
        first = await commands.send_command(service, node)
        form = first["command"]["form"]
        values = values(form) if callable(values) else values
        form.reply()
        form["type"] = "submit"
        form.set_values(values)
        last = await commands.send_command(
            service, node, action="complete", payload=form, sessionid=first["command"]["sessionid"])
        result = last["command"]["form"].get_values()
        print(last["command"]["status"], result["peerjid"], result["state"], flush=True)

    items = await commands.get_commands(service)
    print("listed", *sorted(item["node"] for item in items["disco_items"]), flush=True)
    await fill(BUDDY, {"peerjid": asked})

    def choose(form):
        options = form.get_fields()["request"].get_options()
        request = next(o["value"] for o in options if o["label"].startswith(asking))
        return {"request": request, "decision": "approve"}

    await fill(PENDING, choose)
    await fill(REMOVE, {"peerjid": asking})
    try:
        await fill(BUDDY, {"peerjid": "romeo@" + asked})
    except slixmpp.exceptions.IqError as refused:
        print("refused", refused.condition, flush=True)


async def main():
    xmpp = slixmpp.ClientXMPP(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_plain": True}})
    for plugin in ("xep_0004", "xep_0030", "xep_0050"):
        xmpp.register_plugin(plugin)
    started = asyncio.get_event_loop().create_future()
    xmpp.add_event_handler("session_start", lambda _: started.done() or started.set_result(True))
    xmpp.add_event_handler("failed_auth", lambda _: started.done() or started.set_exception(Exception("refused")))
    xmpp.connect((host, int(port)), disable_starttls=True)
    await asyncio.wait_for(started, 30)
    await asyncio.wait_for(run(xmpp), 60)
    xmpp.abort()


asyncio.get_event_loop().run_until_complete(main())
