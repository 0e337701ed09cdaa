// SPDX-License-Identifier: MIT

package iosrc_test

import (
	"net/netip"
	"syscall"
	"testing"

	"iosrc"
)

func address(t testing.TB, text string) iosrc.Address {
	t.Helper()
	address, err := iosrc.ParseAddress(text)
	ok(t, err)
	return address
}

func listen(t testing.TB, text string) (*iosrc.Source, iosrc.Address) {
	t.Helper()
	listener, err := iosrc.Listen(address(t, text), nil)
	ok(t, err)
	t.Cleanup(func() { listener.Close() })
	local, err := listener.LocalAddress()
	ok(t, err)
	return listener, local
}

func TestListenConnectAccept(t *testing.T) {
	for _, text := range addresses(t) {
		poller := newPoller(t)
		listener, local := listen(t, text)
		ok(t, listener.Register(poller, 1, iosrc.Readable))
		_, err := listener.Accept(nil)
		is(t, err, iosrc.ErrWouldBlock)
		again := address(t, local.String())
		if again != local || local.String() == "127.0.0.1:0" {
			t.Fatal(local, again)
		}
		client, err := iosrc.Connect(again, nil)
		ok(t, err)
		defer client.Close()
		waitOne(t, poller, 1, iosrc.Readable)
		var peer iosrc.Address
		served, err := listener.Accept(&peer)
		ok(t, err)
		defer served.Close()
		ok(t, client.Register(poller, 2, iosrc.Writable))
		waitOne(t, poller, 2, iosrc.Writable)
		pending, err := client.TakeError()
		ok(t, err)
		ok(t, pending)
		ok(t, client.Deregister(poller))
		mine, err := client.LocalAddress()
		ok(t, err)
		if mine != peer {
			t.Fatal(mine, peer)
		}
		theirs, err := client.PeerAddress()
		ok(t, err)
		if theirs != local {
			t.Fatal(theirs, local)
		}
		put(t, client, "over the net")
		ok(t, served.Register(poller, 3, iosrc.Readable))
		waitOne(t, poller, 3, iosrc.Readable)
		take(t, served, "over the net")
		ok(t, client.Shutdown(iosrc.Writable))
		waitOne(t, poller, 3, iosrc.Readable|iosrc.ReadClosed)
		_, err = iosrc.Listen(local, nil)
		is(t, err, syscall.EADDRINUSE)
	}
}

func TestAddresses(t *testing.T) {
	for _, text := range []string{"127.0.0.1:80", "[fe80::1%2]:65535",
		"[::]:0"} {
		parsed := address(t, text)
		if parsed.String() != text {
			t.Fatal(parsed, text)
		}
		from, err := iosrc.AddressFrom(netip.MustParseAddrPort(text))
		ok(t, err)
		if from != parsed || parsed.AddrPort().String() != text {
			t.Fatal(from, parsed.AddrPort(), text)
		}
	}
	for _, text := range []string{"unix:/run/x", "unix:@name", "unix:"} {
		if got := address(t, text).String(); got != text {
			t.Fatal(got, text)
		}
	}
	if address(t, "unix:/run/x").AddrPort().IsValid() {
		t.Fatal("a path is an AddrPort")
	}
	for _, text := range []string{"", "localhost:80", "127.0.0.1", "1:2"} {
		_, err := iosrc.ParseAddress(text)
		is(t, err, iosrc.ErrInvalid)
	}
	_, err := iosrc.AddressFrom(netip.AddrPort{})
	is(t, err, iosrc.ErrInvalid)
	_, err = iosrc.AddressFrom(netip.MustParseAddrPort("[fe80::1%x]:1"))
	is(t, err, iosrc.ErrInvalid)
	if text := (iosrc.Address{}).String(); text != "(family 0)" {
		t.Fatal(text)
	}
	bad := iosrc.Address{Family: iosrc.FamilyInet, Size: 1 << 20}
	if bad.AddrPort().IsValid() || bad.String() != "(family 1)" {
		t.Fatal(bad)
	}
}

func TestDatagrams(t *testing.T) {
	poller := newPoller(t)
	data := make([]byte, 100)
	a, err := iosrc.BindDatagram(address(t, "127.0.0.1:0"), nil)
	ok(t, err)
	defer a.Close()
	b, err := iosrc.BindDatagram(address(t, "127.0.0.1:0"), nil)
	ok(t, err)
	defer b.Close()
	from, err := a.LocalAddress()
	ok(t, err)
	to, err := b.LocalAddress()
	ok(t, err)
	var peer iosrc.Address
	_, _, err = b.RecvFrom(data, 0, &peer)
	is(t, err, iosrc.ErrWouldBlock)
	ok(t, b.Register(poller, 1, iosrc.Readable|iosrc.Level))
	for _, text := range []string{"datagram", "too long", ""} {
		n, err := a.SendTo([]byte(text), 0, &to)
		if n != len(text) || err != nil {
			t.Fatal(n, err)
		}
		waitOne(t, poller, 1, iosrc.Readable)
		room, want := data, iosrc.Flags(0)
		if text == "too long" {
			room, want = data[:3], iosrc.OutTruncated
			text = text[:3]
		}
		n, flags, err := b.RecvFrom(room, 0, &peer)
		if err != nil || string(room[:n]) != text || flags != want ||
			peer != from {
			t.Fatal(n, flags, err, peer)
		}
	}
	_, err = a.SendTo([]byte("x"), 0, nil)
	is(t, err, iosrc.ErrInvalid)
	group := address(t, "239.1.2.3:0")
	err = a.LeaveMulticast(group, 0) // Wine's number is of the second kind
	if kind := iosrc.KindOf(err); kind != iosrc.KindAddressInvalid &&
		kind != iosrc.KindInvalid {
		t.Fatal(err)
	}
	is(t, a.JoinMulticast(to, 0), iosrc.ErrInvalid)
}

func TestOptions(t *testing.T) {
	listener, local := listen(t, "127.0.0.1:0")
	client, err := iosrc.Connect(local,
		&iosrc.ConnectOptions{Flags: iosrc.ConnectNoDelay})
	ok(t, err)
	defer client.Close()
	for _, want := range []int64{1, 0} {
		value, err := client.Option(iosrc.OptionNoDelay)
		ok(t, err)
		if value != want {
			t.Fatal("no delay", value)
		}
		ok(t, client.SetOption(iosrc.OptionNoDelay, 0))
	}
	ok(t, listener.SetOption(iosrc.OptionRecvBuffer, 30000))
	value, err := listener.Option(iosrc.OptionRecvBuffer)
	ok(t, err)
	if value != 30000 {
		t.Fatal("buffer", value)
	}
	is(t, client.SetOption(99, 0), iosrc.ErrUnsupported)
	_, err = client.Option(iosrc.OptionBroadcast)
	is(t, err, iosrc.ErrUnsupported)
	is(t, client.SetOption(iosrc.OptionNoDelay, 2), iosrc.ErrInvalid)
}
