//! The addresses of proxies that are trusted: one, or a network of them.

use std::net::IpAddr;

/// An address, or a network as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedProxy {
    address: IpAddr,
    /// The number of leading bits that count.
    bits: u8,
}

impl TrustedProxy {
    /// Reads an address or a network.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse().ok()?, Some(bits.parse::<u8>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let most = width(address);
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }

    /// Tells whether an address belongs to it.
    pub fn holds(&self, address: IpAddr) -> bool {
        let most = width(self.address);
        let shift = u32::from(most - self.bits);
        let leading = |address| number(address).checked_shr(shift).unwrap_or(0);
        width(address) == most && leading(address) == leading(self.address)
    }
}

impl std::fmt::Display for TrustedProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses() {
        let holds = |proxy: &str, address: &str| TrustedProxy::parse(proxy).unwrap().holds(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.1.2") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.168.1.5", "192.168.1.5") && !holds("192.168.1.5", "192.168.1.6"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["", "10.0.0.0/33", "10.0.0", "::/129", "a", "10.0.0.1/", "10.0.0.1/-1"] {
            assert_eq!(TrustedProxy::parse(wrong), None, "{wrong}");
        }
    }
}
