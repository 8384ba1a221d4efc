/** Connections that have not shown who they are, by address: of the address that has most of them the oldest goes first. */
export class Strangers<Peer extends { readonly address: string }> {
  readonly #byAddress = new Map<string, Set<Peer>>();

  add(peer: Peer): void {
    const known = this.#byAddress.get(peer.address);
    if (known === undefined) this.#byAddress.set(peer.address, new Set([peer]));
    else known.add(peer);
  }

  delete(peer: Peer): void {
    const known = this.#byAddress.get(peer.address);
    if (known?.delete(peer) === true && known.size === 0) this.#byAddress.delete(peer.address);
  }

  /** Takes it out, too. Undefined when no address has more than one: there is no crowd. */
  oldestOfCrowd(): Peer | undefined {
    let crowd: Set<Peer> | undefined;
    for (const peers of this.#byAddress.values()) if (peers.size > (crowd?.size ?? 1)) crowd = peers;
    const [oldest] = crowd ?? [];
    if (oldest !== undefined) this.delete(oldest);
    return oldest;
  }
}
