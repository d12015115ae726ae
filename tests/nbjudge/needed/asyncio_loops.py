import asyncio
import socket


async def main():
    assert await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.to_thread(abs, -2)) == [1, 2]
    child = await asyncio.create_subprocess_exec("echo", "hi", stdout=asyncio.subprocess.PIPE)
    assert (await child.communicate())[0] == b"hi\n"
    one, two = socket.socketpair()
    reader, here = await asyncio.open_connection(sock=one)
    _, writer = await asyncio.open_connection(sock=two)
    writer.write(bytes(300_000))
    writer.write_eof()
    assert len(await reader.read()) == 300_000
    here.close()
    (await asyncio.start_unix_server(lambda *_: None, "/tmp/named")).close()


asyncio.run(main())
