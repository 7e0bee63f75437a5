"""Writes profiles.jsonl: generated profile files, environments and outputs of credential processes, and the
credentials that botocore reads from them.

    python3 tests/suite/boto3/profiles.py | gzip -9n > tests/suite/boto3/profiles.jsonl.gz

The seed is fixed. `tags` lists the deliberate differences in tests/credentials/botocore.rs that the case touches.
"""

import json
import os
import random
import sys
import tempfile

import botocore.credentials
import botocore.session

CASES = 1500
NAMES = ["default", "default", "a", "a", "my team", "it's", "a#b"]
KEYS = ["keys", "/opt/my tools/keys"]

random.seed(11)
pick = random.choice


def chance(probability):
    return random.random() < probability


class Case:
    """Collects tags while texts are generated."""

    def __init__(self):
        self.tags = set()

    def pick(self, options):
        """One of the options, which are texts, or pairs of a tag and a text."""
        option = pick(options)
        if not isinstance(option, tuple):
            return option
        self.tags.add(option[0])
        return option[1]

    def header(self, is_config):
        name = pick(NAMES)
        if is_config:
            quoted = pick([f'profile "{name}"', f"profile '{name}'", f"profile {name}", f"profile\t{name}",
                           f"profilex {name}", "profile " + name.replace(" ", "\\ "), "default", name])
        else:
            quoted = pick([name] * 4 + [f"'{name}'", f"profile {name}"])
        if chance(0.01):
            return pick([f"[{quoted}", "[]"])
        return self.pick([f"[{quoted}]"] * 40 + [
            f"[{quoted}] note",
            f"[{quoted}] ; note",
            f"[{quoted}]# note",
            f"  [{quoted}]",
            ("comment", f"[{quoted}] # note [1]"),
            ("blanks", f"[ {quoted}  ]"),
            "[DEFAULT]",
            "[DEFAULT]",
            "[sso-session a]",
        ])

    def command(self):
        words = [pick(["keys"] * 6 + ["'keys'", '"/opt/my tools/keys"', "/opt/my\\ tools/keys", "/opt/my tools/keys"])]
        arguments = ["a", '"b c"', "'$HOME'", '"\\$x"', '"\\\\"', '"a\\"b"', '\\"', "c#", "''", "a\\ b", "'d'\"e\"f",
                     "~", "\u00e9", "--x=y:z", "a\\\\b", "'\\'"]
        for _ in range(random.randrange(3)):
            words.append(pick(arguments))
        if chance(0.05):
            words.append(self.pick(['"open', "'open", "end\\", ("comment", "#c")]))
        return pick([" ", "  ", "\t"]).join(words)

    def setting(self, number):
        name, value = pick([
            ("aws_access_key_id", f"AKID{number}"), ("aws_access_key_id", f"AKID{number}"),
            ("aws_secret_access_key", f"secret/{number}+=#x"), ("aws_secret_access_key", f"secret:{number}"),
            ("aws_session_token", f"token{number}"), ("aws_security_token", f"older{number}"),
            ("credential_process", None), ("region", "eu-west-1"), ("output", "json"),
        ])
        value = self.command() if value is None else value
        if chance(0.02):
            value = self.pick([("empty", "")])
        if chance(0.02):
            value += self.pick([("comment", " # note")])
        if chance(0.02) and name != "credential_process":
            value = self.pick([("invalid keys", f'"{value}"'), ("invalid keys", f"{value} x"), ("invalid keys", "\u00e9")])
        name = name.upper() if chance(0.1) else name
        return name + pick(["=", " = ", " : ", ":", "\t=\t"]) + value

    def file(self, is_config):
        if chance(0.1):
            return None
        lines, seen = [], set()
        for _ in range(random.randrange(1, 6)):
            header = self.header(is_config)
            section = header.strip().partition("]")[0]
            if section in seen and chance(0.97):
                continue
            seen.add(section)
            lines.append(header)
            names = set()
            if chance(0.4):
                number = random.randrange(100)
                lines += [f"aws_access_key_id = AKID{number}", f"aws_secret_access_key = secret{number}"]
                names = {"aws_access_key_id", "aws_secret_access_key"}
            if chance(0.5):
                lines.append("credential_process = " + self.command())
                names.add("credential_process")
            for _ in range(random.randrange(4)):
                if chance(0.12):
                    odd = ["# c", "  ; c", "", " ", "s3 =\n  x = 1\n  y: z = 2", "note = 1\n  2\n\n  3", "; [a]"]
                    lines.append(pick(odd if chance(0.95) else ["a", "= x", ": x", "s3 =\n  x"]))
                    name = lines[-1].split(" ")[0]
                    if name in ["s3", "note"]:
                        if name in names:
                            lines.pop()
                        names.add(name)
                    continue
                line = self.setting(random.randrange(100))
                name = line.replace(":", "=").split("=")[0].strip().lower()
                if name in names and chance(0.98):
                    continue
                names.add(name)
                lines.append(line)
                if chance(0.03):
                    lines.append(self.pick([("invalid keys", "  continued")]))
        text = "\n".join(lines).replace("\n", pick(["\n"] * 8 + ["\r\n", "\r"]))
        return self.pick([("byte order mark", "\ufeff" + text)] + [text] * 50)

    def output(self):
        members = {"Version": 1, "AccessKeyId": "AKIDP", "SecretAccessKey": "secretP"}
        if chance(0.5):
            members["SessionToken"] = pick(["tokenP", "tokenP", None])
        if chance(0.5):
            members["Expiration"] = self.pick([
                "2099-01-31T12:34:56Z", "2099-01-31T12:34:56+02:00", "2099-01-31T12:34:56.5Z",
                "2099-01-31T12:34:56+0200", "2099-01-31 12:34:56Z", "soon", None,
                ("other times", "20990131T123456Z"), ("other times", "Sat, 31 Jan 2099 12:34:56 GMT"),
            ])
        if chance(0.15):
            name = pick(["Version", "AccessKeyId", "SecretAccessKey", "More"])
            members[name] = self.pick(["1", 2, None, [], {}, ("empty", "")])
        if chance(0.05):
            members["Version"] = self.pick([("other versions", True), ("other versions", 1.0)])
        if chance(0.1):
            del members[pick(list(members))]
        text = json.dumps(members)
        if chance(0.05):
            text = self.pick(["", "{", "[]", text + "x", ("byte order mark", "\ufeff" + text)])
        return text + pick(["", "\n", "\r\n"])

    def environment(self):
        found = {}
        for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]:
            if chance(0.3):
                found[name] = pick(NAMES)
                if chance(0.03):
                    found[name] = self.pick([("empty", "")])
        if chance(0.1):
            found |= {"AWS_ACCESS_KEY_ID": "AKIDE", "AWS_SECRET_ACCESS_KEY": "secretE"}
            for name, value in [("AWS_SESSION_TOKEN", "tokenE"), ("AWS_SECURITY_TOKEN", "olderE")]:
                if chance(0.4):
                    found[name] = value
            if chance(0.4):
                found["AWS_CREDENTIAL_EXPIRATION"] = pick(["2099-01-31T12:34:56+00:00", "2099-01-31T12:34:56Z", "soon"])
            if chance(0.2):
                del found[pick(list(found))]
        return found


def load(case, home):
    """The credentials that botocore finds, or the name of its error."""
    os.environ.clear()
    os.environ.update(case["environment"], HOME=home, AWS_EC2_METADATA_DISABLED="true")
    for file in ["config", "credentials"]:
        path = os.path.join(home, ".aws", file)
        if os.path.exists(path):
            os.remove(path)
        if case[file] is not None:
            with open(path, "w", encoding="utf-8", newline="") as opened:
                opened.write(case[file])
    started = []

    class Process:
        def __init__(self, arguments, **_):
            if not arguments or arguments[0] not in KEYS:
                raise FileNotFoundError
            started.append(arguments)
            self.returncode = case["exit"]

        def communicate(self):
            return case["output"].encode(), b""

    botocore.credentials.ProcessProvider.__init__.__defaults__ = (Process,)
    try:
        found = botocore.session.Session(profile=case["profile"]).get_credentials()
        if found is None:
            return {"error": "none"}
        keys = found.get_frozen_credentials()
        values = [keys.access_key, keys.secret_key, keys.token or None]
        if not all(isinstance(value, str) and value for value in values[:2]):
            return {"error": "invalid keys"}
        expiry = getattr(found, "_expiry_time", None)
        return {"keys": values, "expires": expiry and int(expiry.timestamp()), "command": started[0] if started else None}
    except Exception as error:
        return {"error": type(error).__name__, "text": str(getattr(error, "kwargs", ""))}


with tempfile.TemporaryDirectory() as home:
    os.mkdir(os.path.join(home, ".aws"))
    for _ in range(CASES):
        made = Case()
        case = {"config": made.file(True), "credentials": made.file(False), "environment": made.environment(),
                "profile": pick(NAMES) if chance(0.3) else None, "output": made.output(),
                "exit": 1 if chance(0.05) else 0}
        found = load(case, home)
        environment = case["environment"]
        if "already exists" in found.pop("text", ""):
            made.tags.add("duplicates")
        if "AWS_ACCESS_KEY_ID" in environment and found.get("error") in ["ConfigParseError", "ProfileNotFound"]:
            made.tags.add("unused files")
        print(json.dumps({**case, "tags": sorted(made.tags), "found": found}))
    print(f"botocore {botocore.__version__}, Python {sys.version.split()[0]}", file=sys.stderr)
