// A contender for --contender-program in Go: pipe_vs_queue between two goroutines, over channels.
//
//	go build -o contender scenarios/examples/contender.go
//	bench-all pipe_vs_queue --contender mine,pipe2 --contender-program mine=./contender
//
// The page harness/docs/contender-program.md describes what it is given and what it must do.
package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	windows, buckets = 16, 2240
	stop, last       = ^uint64(0), ^uint64(0)
)

type shared struct {
	window                      uint64 // 0: warm-up; 1, 2, ...: that window is open; or stop
	tallyBytes, parties, number uint64
	magic                       [8]byte
	version                     uint64
	_                           [2]uint64
	ops, bytes, errors          uint64 // tally 0
	_                           [5]uint64
	latency                     [windows][buckets]uint64
}

func end(word, why string) {
	fmt.Println(word, why)
	os.Exit(1)
}

func open(descriptor string) *shared {
	fd, _ := strconv.Atoi(descriptor)
	size := int(unsafe.Sizeof(shared{}))
	memory, err := syscall.Mmap(fd, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		end("error", "the tally cannot be mapped: "+err.Error())
	}
	tally := (*shared)(unsafe.Pointer(&memory[0]))
	if string(tally.magic[:]) != "glftally" || tally.version != 1 {
		end("error", "this program knows version 1 of the tally alone")
	}
	return tally
}

func (s *shared) running() bool { return atomic.LoadUint64(&s.window) != stop }

func (s *shared) count(size int, isRight bool) {
	atomic.StoreUint64(&s.bytes, s.bytes+uint64(size))
	if !isRight {
		atomic.StoreUint64(&s.errors, s.errors+1)
	}
	atomic.StoreUint64(&s.ops, s.ops+1)
}

func (s *shared) record(ns uint64) {
	if window := atomic.LoadUint64(&s.window); window > 0 && window <= windows {
		at := &s.latency[window-1][bucket(ns)]
		atomic.StoreUint64(at, *at+1)
	}
}

func bucket(ns uint64) int {
	if ns < 128 {
		return int(ns)
	}
	shift := bits.Len64(ns) - 7
	at := 64*shift + int(ns>>shift)
	if at >= buckets {
		return buckets - 1
	}
	return at
}

// A message has its number at its beginning and, from 16 bytes on, at its end.
func write(message []byte, number uint64) {
	binary.LittleEndian.PutUint64(message, number)
	if len(message) >= 16 {
		binary.LittleEndian.PutUint64(message[len(message)-8:], number)
	}
}

func read(message []byte) (number uint64, isWhole bool) {
	number = binary.LittleEndian.Uint64(message)
	isWhole = len(message) < 16 || binary.LittleEndian.Uint64(message[len(message)-8:]) == number
	return number, isWhole
}

// Sends a copy of the message, as a channel between processes does.
func send(channel chan []byte, message []byte, number uint64) {
	payload := append([]byte(nil), message...)
	write(payload, number)
	channel <- payload
}

func main() {
	if len(os.Args) != 7 || os.Args[2] != "pipe_vs_queue" {
		end("skipped", "this program answers pipe_vs_queue alone")
	}
	if os.Args[5] == os.Args[6] {
		end("skipped", "goroutines run on any CPU, not on one")
	}
	tally := open(os.Args[1])
	isStream := os.Args[3] == "throughput"
	size, _ := strconv.Atoi(os.Args[4])
	message := make([]byte, size)
	there, back := make(chan []byte, 64), make(chan []byte, 64)

	go func() { // the producer, or the server
		for number := uint64(0); isStream && tally.running(); number++ {
			send(back, message, number)
		}
		if isStream {
			send(back, message, last)
		}
		for !isStream {
			number, _ := read(<-there)
			send(back, message, number)
		}
	}()
	os.Stdout.WriteString("r") // the windows may open
	for expected := uint64(0); isStream; expected++ {
		number, isWhole := read(<-back)
		if number == last {
			break
		}
		tally.count(size, isWhole && number == expected)
	}
	for number := uint64(0); !isStream && tally.running(); number++ {
		before := time.Now()
		send(there, message, number)
		got, isWhole := read(<-back)
		tally.record(uint64(time.Since(before).Nanoseconds()))
		tally.count(size, isWhole && got == number)
	}
	fmt.Print("primitive channel\nscope thread\nwait adaptive\nverified 1\n")
}
