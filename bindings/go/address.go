// SPDX-License-Identifier: MIT

package iosrc

/*
#include <iosrc_net.h>

static iosrc_status go_address_parse(uint8_t *text, size_t size,
    iosrc_address *out_address)
{
	return iosrc_address_parse((char *)text, size, out_address);
}
*/
import "C"

import (
	"fmt"
	"net/netip"
	"strconv"
	"unsafe"
)

// ParseAddress makes an address of text: "127.0.0.1:80", "[fe80::1%2]:80",
// "unix:/run/x", "unix:@name" (abstract). No names are resolved.
func ParseAddress(text string) (Address, error) {
	var address Address

	bytes, size := bytesOf([]byte(text))
	status := Status(C.go_address_parse(bytes, size,
		(*C.iosrc_address)(unsafe.Pointer(&address))))
	return address, errorOf(status)
}

// String answers the text that ParseAddress takes. What has no text, such as
// no address, is named by its family.
func (a Address) String() string {
	var text [AddressTextSize]C.char

	n := rawAddressFormat(&a, &text[0], AddressTextSize)
	if n < 0 {
		return fmt.Sprintf("(family %d)", a.Family)
	}
	return C.GoStringN(&text[0], C.int(n))
}

// AddressFrom makes an address of one of the standard library. A zone must be
// the number of an interface.
func AddressFrom(from netip.AddrPort) (Address, error) {
	var address Address

	ip := from.Addr()
	if !ip.IsValid() {
		return address, ErrInvalid
	}
	address.Port = uint32(from.Port())
	address.Family = FamilyInet6
	if ip.Is4() {
		address.Family = FamilyInet
	}
	if zone := ip.Zone(); zone != "" {
		scope, err := strconv.ParseUint(zone, 10, 32)
		if err != nil {
			return Address{}, ErrInvalid
		}
		address.Scope = uint32(scope)
	}
	address.Size = uint32(copy(address.Data[:], ip.AsSlice()))
	return address, nil
}

// AddrPort answers the address as one of the standard library; it is not valid
// for families other than FamilyInet and FamilyInet6.
func (a Address) AddrPort() netip.AddrPort {
	if a.Family != FamilyInet && a.Family != FamilyInet6 ||
		int(a.Size) > len(a.Data) {
		return netip.AddrPort{}
	}
	ip, ok := netip.AddrFromSlice(a.Data[:a.Size])
	if !ok {
		return netip.AddrPort{}
	}
	if a.Scope != 0 {
		ip = ip.WithZone(strconv.FormatUint(uint64(a.Scope), 10))
	}
	return netip.AddrPortFrom(ip, uint16(a.Port))
}
