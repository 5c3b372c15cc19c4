"""CPython's programs that carry messages: what they count, and that they notice what is wrong."""

import queue
import struct
import unittest

from cpython_support import ProgramTest
import pipe_vs_queue
import producer_consumer


class PipeVsQueue(ProgramTest):
    def test_a_message_carries_its_number_at_both_ends(self):
        for size in (8, 9, 15, 16, 64, 4096):
            message = pipe_vs_queue.message(77, size)
            self.assertEqual(len(message), size)
            self.assertEqual(pipe_vs_queue.number_of(message, size), 77)

    def test_a_torn_or_short_message_has_no_number(self):
        message = pipe_vs_queue.message(77, 64)
        self.assertIsNone(pipe_vs_queue.number_of(message[:-1], 64))
        self.assertIsNone(pipe_vs_queue.number_of(message[:-8] + b"\0" * 8, 64))

    def test_every_channel_carries_messages(self):
        for kind in ("cpython_pipe", "cpython_queue", "cpython_simple_queue"):
            with self.subTest(kind):
                put, get = pipe_vs_queue.make_channel(kind)
                put(b"one")
                put(b"two")
                self.assertEqual((get(), get()), (b"one", b"two"))

    def produced(self, count):
        sent = []
        pipe_vs_queue.produce(self.tally(), self.stops_after(count, sent.append), 64)
        return sent

    def test_the_producer_numbers_its_messages_and_ends_with_a_marker(self):
        numbers = [pipe_vs_queue.number_of(each, 64) for each in self.produced(5)]
        self.assertEqual(numbers, [0, 1, 2, 3, 4, pipe_vs_queue.LAST])

    def test_the_consumer_counts_what_arrives_in_order(self):
        sent = iter(self.produced(5))
        pipe_vs_queue.consume(self.tally(), lambda: next(sent), 64)
        self.assertEqual(self.memory.tally(0), (5, 320, 0))

    def test_the_consumer_notices_a_lost_message(self):
        sent = self.produced(5)
        del sent[2]
        arriving = iter(sent)
        pipe_vs_queue.consume(self.tally(), lambda: next(arriving), 64)
        self.assertEqual(self.memory.tally(0)[2], 2)

    def test_the_consumer_notices_a_torn_message(self):
        sent = self.produced(5)
        sent[3] = sent[3][:-8] + b"\xff" * 8
        arriving = iter(sent)
        pipe_vs_queue.consume(self.tally(), lambda: next(arriving), 64)
        self.assertEqual(self.memory.tally(0), (5, 320, 1))

    def test_the_client_checks_each_answer(self):
        messages = queue.Queue()
        self.memory.open_window(1)
        pipe_vs_queue.ask(self.tally(), self.stops_after(3, messages.put), messages.get, 64)
        self.assertEqual(self.memory.tally(0), (3, 192, 0))

    def test_the_client_notices_a_wrong_answer(self):
        answers = iter([pipe_vs_queue.message(9, 64)])
        pipe_vs_queue.ask(self.tally(), self.stops_after(1, lambda message: None),
                          lambda: next(answers), 64)
        self.assertEqual(self.memory.tally(0)[2], 1)

    def test_the_server_answers_with_the_question_until_the_marker(self):
        questions = iter([pipe_vs_queue.message(number, 64)
                          for number in (0, 1, pipe_vs_queue.LAST)])
        answers = []
        pipe_vs_queue.answer(answers.append, lambda: next(questions), 64)
        self.assertEqual(answers, [pipe_vs_queue.message(0, 64), pipe_vs_queue.message(1, 64)])


class ProducerConsumer(ProgramTest):
    QUEUES = (("threads", "cpython_queue"), ("threads", "cpython_lifo_queue"),
              ("threads", "cpython_priority_queue"), ("processes", "cpython_queue"),
              ("processes", "cpython_joinable_queue"))

    def test_every_queue_carries_items_and_has_the_capacity_asked_for(self):
        for scope, kind in self.QUEUES:
            with self.subTest(scope + kind):
                made = producer_consumer.make_queue(scope, kind, 2)
                made.put(producer_consumer.wrap(kind, 5, 64))
                made.put(producer_consumer.wrap(kind, 6, 64))
                with self.assertRaises(queue.Full):
                    made.put(producer_consumer.wrap(kind, 7, 64), False)
                made.get()
                made.get()

    def test_an_item_of_a_priority_queue_goes_by_its_priority(self):
        kind = "cpython_priority_queue"
        made = producer_consumer.make_queue("threads", kind, 10)
        for word in (7, 16, 3):
            made.put(producer_consumer.wrap(kind, word, 64))
        words = [struct.unpack_from("<Q", made.get()[1])[0] for _ in range(3)]
        self.assertEqual(words, [16, 3, 7])

    def consumed(self, items, kind="cpython_queue"):
        arriving = iter(items)
        source = type("Source", (), {"get": lambda self: next(arriving)})()
        counters = producer_consumer.FlowCounters(lambda _, length: [0] * length, 3, 1)
        producer_consumer.consume(0, self.memory.fd, source, kind, 64, counters)
        return counters.counts, counters.sums

    def item(self, producer, number, kind="cpython_queue"):
        word = producer << producer_consumer.NUMBER_BITS | number
        return producer_consumer.wrap(kind, word, 64)

    def test_the_consumer_counts_by_producer(self):
        last = producer_consumer.wrap("cpython_queue", producer_consumer.LAST, 64)
        items = [self.item(0, 0), self.item(2, 0), self.item(2, 1), last]
        counts, sums = self.consumed(items)
        self.assertEqual((counts[0], counts[2], sums[2]), (1, 2, 1))
        self.assertEqual(self.memory.tally(0), (3, 192, 0))

    def test_items_of_hundreds_are_counted_by_producer_and_consumer(self):
        counters = producer_consumer.FlowCounters(lambda _, length: [0] * length, 300, 3)
        last = producer_consumer.wrap("cpython_queue", producer_consumer.LAST, 64)
        for me in range(3):
            arriving = iter([self.item(0, me), self.item(299, me), last])
            source = type("Source", (), {"get": lambda self, arriving=arriving: next(arriving)})()
            producer_consumer.consume(me, self.memory.fd, source, "cpython_queue", 64, counters)
        self.assertEqual([counters.of_producer(me) for me in (0, 1, 299)], [(3, 3), (0, 0), (3, 3)])
        self.assertEqual(list(counters.taken), [2, 2, 2])

    def test_the_consumer_notices_a_short_item(self):
        last = producer_consumer.wrap("cpython_queue", producer_consumer.LAST, 64)
        self.consumed([self.item(0, 0)[:-1], last])
        self.assertEqual(self.memory.tally(0)[2], 1)


if __name__ == "__main__":
    unittest.main()
