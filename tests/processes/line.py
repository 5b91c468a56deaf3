"""A slow line between a node and the broker, in this process: so many bits a second each way, shared by all
connections in the order in which they send; half of the round trip each way; and of the packets a share that is
lost and comes a retransmission later, with all that follows it on its connection."""
import asyncio
import random
import threading
import time

PACKET = 1200  # bytes
WINDOW = 65_536  # bytes that one connection may have on the line and in front of it, each way
RETRANSMISSION = 1.0  # seconds: the least of RFC 6298 after a lost packet


class Line:
    """Listens on `port` of the loopback interface; everything goes on to `target` (host, port)."""

    def __init__(self, target, bits=256_000, round_trip=0.6, loss=0.05, seed=1):
        self.target, self.rate, self.delay, self.loss = target, bits / 8, round_trip / 2, loss
        self.random = random.Random(seed)
        self.bytes = {"up": 0, "down": 0}
        self.port = None
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop)
        self.thread.join(10)

    async def _end(self):
        """What is under way is dropped, as by a line that is cut."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.loop.stop()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.free = {"up": 0.0, "down": 0.0}  # when the line has sent what it was given
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carry("up", reader, there_writer), self._carry("down", there_reader, writer))

    async def _carry(self, way, reader, writer):
        """One direction of one connection: what is read waits for its turn, then for its way."""
        room, last = asyncio.Semaphore(WINDOW // PACKET), 0.0
        arriving = asyncio.Queue()
        delivering = asyncio.ensure_future(self._deliver(arriving, writer, room))
        while True:
            await room.acquire()
            try:
                data = await reader.read(PACKET)
            except OSError:
                data = b""
            if not data:
                break
            self.bytes[way] += len(data)
            now = time.monotonic()
            self.free[way] = max(self.free[way], now) + len(data) / self.rate
            arrives = self.free[way] + self.delay
            if self.random.random() < self.loss:
                arrives += RETRANSMISSION
            last = max(last, arrives)
            arriving.put_nowait((last, data))
        arriving.put_nowait((0.0, b""))
        await delivering

    @staticmethod
    async def _deliver(arriving, writer, room):
        while True:
            arrives, data = await arriving.get()
            if not data:
                break
            await asyncio.sleep(max(0.0, arrives - time.monotonic()))
            if not writer.is_closing():
                writer.write(data)
                try:
                    await writer.drain()
                except OSError:
                    writer.close()
            room.release()
        writer.close()
