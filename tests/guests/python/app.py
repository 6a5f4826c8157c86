"""What a Python program does with files, sockets and asyncio."""

import asyncio
import encodings.idna  # Looked for when the first host is: too late, as the program is frozen.
import os
import pathlib
import shutil
import socket
import sys
import tempfile
import time

from wit_world import exports

HOME = pathlib.Path("/home")


def show(what, action):
    try:
        print(what, action())
    except OSError as error:
        print(what, type(error).__name__, error.errno)


def files():
    path = HOME / "rows.txt"
    with open(path, "w") as file:
        for i in range(5000):
            file.write(f"row {i}\n")
    print(path.stat().st_size, sorted(os.listdir(HOME)))
    with open(path, "r+") as file:
        file.seek(10)
        print(repr(file.readline()), sum(1 for _ in file))
        file.seek(0)
        file.write("ROW")
        file.seek(0)
        print(repr(file.readline()))
    with open(path, "rb") as file:
        file.seek(-20, os.SEEK_END)
        print(file.read())
    with open(path, "a") as file:
        file.write("last\n")
    print(path.read_text().splitlines()[-1])
    os.utime(path, (1000, 2000))
    print(path.stat().st_mtime)
    folder = HOME / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "c").write_bytes(bytes(range(256)) * 1000)
    shutil.copytree(HOME / "a", HOME / "copy")
    for at, folders, names in sorted(os.walk(HOME)):
        print(at, sorted(folders), sorted(names))
    shutil.rmtree(HOME / "a")
    os.symlink("rows.txt", HOME / "link")
    print(os.readlink(HOME / "link"), (HOME / "link").is_symlink())
    show("missing", lambda: open(HOME / "none"))
    show("folder", lambda: open(HOME))
    show("exists", lambda: os.mkdir(HOME / "copy"))
    show("escape", lambda: open("/home/../etc/passwd"))
    show("full", lambda: os.rmdir(HOME / "copy"))
    with tempfile.TemporaryFile(dir=HOME) as file:
        file.write(b"temporary")
        file.seek(4)
        print(file.read())


def sockets():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
        with client, server:
            total = 0
            for i in range(50):
                client.sendall(bytes([i]) * 1000)
                received = b""
                while len(received) < 1000:
                    received += server.recv(4096)
                total += sum(received)
            print("received", total)
            client.shutdown(socket.SHUT_WR)
            print("end", server.recv(10))


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def tasks():
    async def tick(n):
        await asyncio.sleep(0.01 * (5 - n))
        return n

    print(await asyncio.gather(*[tick(n) for n in range(5)]))
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()

    async def client(name):
        reader, writer = await asyncio.open_connection(*address)
        answers = []
        for i in range(3):
            writer.write(f"{name} {i}\n".encode())
            answers.append((await reader.readline()).decode().strip())
        writer.close()
        return answers

    print(await asyncio.gather(*[client(name) for name in "abc"]))
    server.close()
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except TimeoutError:
        print("timeout")


class Run(exports.Run):
    def run(self) -> None:
        print(sys.argv[1:], os.environ.get("NAME"))
        files()
        sockets()
        asyncio.run(tasks())
        start = time.monotonic()
        time.sleep(0.02)
        print(time.monotonic() - start >= 0.02)
        print("to stderr", file=sys.stderr)
        print(sys.stdin.read())
