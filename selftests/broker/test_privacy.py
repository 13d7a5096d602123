# SPDX-License-Identifier: GPL-2.0
"""What the broker tells of its clients: metrics, log, files, configuration."""
import os
import re
import tempfile

from common import broker, listed, refused
from rig import TOP, Broker, Client, Reservation
from tap import eq, ok


def test_metrics():
    text = Client(broker).get("/metrics").body.decode()
    ok("phonion_broker_reservations_total" in text, "there are metrics")
    ok("127.0.0.1" not in text and "::1" not in text and "+49" not in text, "without addresses and numbers")
    for what, conf, limits in (("they can be kept back", 'metrics = "nobody";\n', None),
                               ("an onion service's clients do not get them", "", "limits = { loopback = false; };\n")):
        other = Broker(conf, limits=limits).start()
        try:
            refused(Client(other).get("/metrics"), 404, "not-found", what)
        finally:
            eq(other.stop(), 0, "it ends in order")


def test_log_is_silent():
    """All of the above has left no line about anybody."""
    before = broker.log()
    relay = listed()
    reservation = Reservation(relay)
    reservation.put()
    reservation.cancel()
    Client(broker).get("/v1/nothing")
    relay.collect()
    eq(broker.log(), before, "no request is logged")
    for what in (relay.key.name, reservation.id, "+4930100", "127.0.0.1", "::1", reservation.body["box"][:20]):
        ok(what.encode() not in broker.log(), f"{what[:20]} is not in the log")


def test_files():
    eq(os.stat(f"{broker.dir}/broker.key").st_mode & 0o777, 0o600, "the identity is its owner's only")
    ok(os.stat(f"{broker.dir}/broker.db").st_mode & 0o007 == 0, "the store is nobody else's",
       oct(os.stat(f"{broker.dir}/broker.db").st_mode))


def test_configuration():
    for text, line, sentence in (
            ('listen = [ "127.0.0.1:1" ];\nslots = 60;\n', 2, 'unknown key "slots": did you mean "slot"?'),
            ('listen = [ "127.0.0.1:1" ];\nslot = 59;\n', 2, '"slot" must be from 60 to 86400'),
            ('listen = [ "127.0.0.1" ];\n', 1, "with a port"),
            ('listen = [ "localhost:1" ];\n', 1, "numeric addresses"),
            ("listen = [ ];\n", 1, "must be a list of 1 to"),
            ("\nslot = 60;\n", None, '"listen" is missing'),
            ('listen = [ "127.0.0.1:1" ];\nstore = "mysql://x";\n', 2, "sqlite:"),
            ('listen = [ "127.0.0.1:1" ];\nstore = "sqlite:relative";\n', 2, "absolute"),
            ('listen = [ "127.0.0.1:1" ];\nrelays = "closed";\n', 2, '"open", or a list'),
            ('listen = [ "127.0.0.1:1" ];\nrelays = [ "abc" ];\n', 2, "keys of relays"),
            ('listen = [ "127.0.0.1:1" ];\nlimits = { burst = 0; };\n', 2, '"burst" must be from 1'),
            ('listen = [ "127.0.0.1:1" ];\nlimits = { bursts = 1; };\n', 2, 'did you mean "burst"?'),
            ('listen = [ "127.0.0.1:1" ];\nmetrics = "all";\n', 2, "must be one of"),
            ('listen = [ "127.0.0.1:1" ];\ncertificate = "/x";\n', None, "go together"),
            ('listen = [ "127.0.0.1:1" ];\nepoch = 4294967356;\n', 2, "too big"),
            ('listen = [ "127.0.0.1:1" ];\ncolour = 1;\n', 2, "phonion-brokerd.conf(5)")):
        with tempfile.NamedTemporaryFile("w", dir=broker.dir) as f:
            f.write(text)
            f.flush()
            result = broker.run("-t", conf=f.name)
            place = f"{f.name}:{line}:" if line else f.name
            ok(result.returncode == 1 and place in result.stderr and sentence in result.stderr,
               f"refused with: {sentence}", result.stderr)
    eq(broker.run("-t").returncode, 0, "a good one is good")
    os.chmod(f"{broker.dir}/broker.key", 0o640)
    result = broker.run("-k")
    ok(result.returncode == 1 and "chmod 600" in result.stderr, "a key that others may read is refused", result.stderr)
    os.chmod(f"{broker.dir}/broker.key", 0o600)
    with tempfile.NamedTemporaryFile("w", dir=broker.dir) as f:
        f.write(f'listen = [ "127.0.0.1:1" ];\nidentity = "{broker.dir}/none/broker.key";\n')
        f.flush()
        result = broker.run("-k", conf=f.name)
        ok(result.returncode == 1 and "none/broker.key: its directory is not there: start phonion-brokerd's unit" in
           result.stderr, "without a directory for the key, what makes it is told", result.stderr)


def text_of(name):
    with open(os.path.join(TOP, name)) as f:
        return f.read()


def test_units():
    """A relay and a broker on one machine: systemd gives a directory to one of them only."""
    units = [text_of(f"ctld/phonion-{name}.service") for name in ("ctld", "brokerd")]
    dirs = [re.search("^StateDirectory=(.*)$", unit, re.M)[1] for unit in units]
    ok(dirs[0] != dirs[1], "each has its own", str(dirs))
    for sample, key, place in (("ctld", "key", dirs[0]), ("ctld", "book", dirs[0]), ("brokerd", "identity", dirs[1]),
                               ("brokerd", "store", dirs[1])):
        path = re.search(rf'^#\s*{key} = "(?:sqlite:)?(.*)";', text_of(f"Documentation/phonion-{sample}.conf"), re.M)[1]
        ok(path.startswith(f"/var/lib/{place}/"), f"{key} is in the unit's directory", path)
        ok(f'{path}"' in text_of(f"ctld/{'broker/conf' if sample == 'brokerd' else 'conf/relay'}.c"),
           "and that is the default")
    for unit in units:
        ok(all("time-sync.target" in line for line in re.findall("^(?:Wants|After)=.*$", unit, re.M)),
           "it waits for the clock")
