/** One connection to a port of ours: handshake, messages in and out, signs of life. */
import type { Socket } from 'node:net';
import type { Peer } from '../contract.js';
import { COMMAND, encodeReady, MORE, PING, readCommand, readPing, readProperties, type Command } from './frames.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { encodeGreeting } from './greeting.js';
import { ZmtpError } from './zmtp-error.js';

/** What a port wants of its connections. */
export interface PeerRules {
  /** What this side is, and what the other side may be. */
  readonly socketType: string;
  readonly peerTypes: ReadonlySet<string>;
  /** Of all frames of one message together. */
  readonly messageBytesMax: number;
  /** Frames beyond these are counted and not kept. */
  readonly framesKept: number;
}

/** Told by its connections what happens to them. */
export interface PeerOwner {
  readonly rules: PeerRules;
  /** Through the handshake. */
  opened(peer: ZmtpPeer): void;
  /** A whole message; `count` frames, of which some may not have been kept. */
  message(peer: ZmtpPeer, frames: Buffer[], count: number): void;
  command(peer: ZmtpPeer, command: Command): void;
  /** A chunk was read, or something was written: what waits in this connection may be another amount. */
  moved(peer: ZmtpPeer): void;
  closed(peer: ZmtpPeer, fault: ZmtpError | undefined): void;
  /** An accepted minion speaks there. */
  settled?(peer: ZmtpPeer): void;
  /** Not to be read for so long. */
  rests?(peer: ZmtpPeer, ms: number): void;
}

const COMMAND_BYTES_MAX = 4096;
const FRAMES_MAX = 10_000;
const FLAGS = 0b111;
/** A client that does not read gets no more answers to its pings. */
const PONG_BEHIND_BYTES_MAX = 64 * 1024;
/** A message may take this long, and another second for each of these bytes of it. */
const MESSAGE_MS = 60_000;
const MESSAGE_BYTES_A_MS = 16;

const APART_BYTES_MAX = 64 * 1024;
const EMPTY = Buffer.alloc(0);

const hellos = new Map<string, Buffer>();

/** The same for every connection. */
function hello(socketType: string): Buffer {
  const known = hellos.get(socketType) ?? Buffer.concat([encodeGreeting(1), encodeReady(socketType)]);
  hellos.set(socketType, known);
  return known;
}

export class ZmtpPeer implements Peer, FrameSink {
  readonly socket: Socket;
  readonly serial: number;
  readonly address: string;
  readonly #owner: PeerOwner;
  readonly #reader: FrameReader;
  readonly #onWritten: () => void;
  #isReady = false;
  /** Closed by us, or by the other side: nothing goes in or out any more. */
  #isGone = false;
  #isPaused = false;
  #isSettled = false;
  #fault: ZmtpError | undefined;
  #frames: Buffer[] = [];
  #frameCount = 0;
  #messageBytes = 0;
  #messageSinceMs = 0;
  #heardMs: number;
  #silentMsMax = Infinity;
  #isPinged = false;
  #writing = 0;
  /** For its port: requests that are being answered, and what of it stands in the sums of all. */
  open = 0;
  unfinished = 0;
  behind = 0;

  constructor(socket: Socket, serial: number, owner: PeerOwner) {
    this.socket = socket;
    this.serial = serial;
    this.address = plainAddress(socket.remoteAddress);
    this.#owner = owner;
    this.#reader = new FrameReader(this);
    this.#heardMs = performance.now();
    this.#onWritten = () => {
      this.#writing -= 1;
      if (!this.#isGone) this.#owner.moved(this);
    };
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    // A connection that breaks is closed, and `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
    this.#write(hello(owner.rules.socketType));
  }

  get connection(): string {
    return this.serial.toString(16).padStart(8, '0');
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#owner.settled?.(this);
  }

  rest(ms: number): void {
    if (!this.#isSettled && !this.#isGone) this.#owner.rests?.(this, ms);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Messages that are not written yet, and their bytes. */
  get waiting(): number {
    return this.#writing;
  }

  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  /** Memory for what came and is not whole. */
  get unfinishedBytes(): number {
    return this.#reader.held + this.#messageBytes;
  }

  /** Sends bytes that are whole messages. */
  send(...pieces: readonly Buffer[]): void {
    if (this.#isGone) return;
    if (pieces.length > 1) this.socket.cork();
    for (const piece of pieces) this.#write(piece);
    if (pieces.length > 1) this.socket.uncork();
  }

  /** Reads no more until `goOn`; the other side has to wait. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#reader.stop();
    this.socket.pause();
  }

  goOn(): void {
    if (!this.#isPaused || this.#isGone) return;
    this.#isPaused = false;
    // While it waited for us it could not be heard.
    this.#heardMs = performance.now();
    this.#messageSinceMs = 0;
    this.#read(() => this.#reader.goOn());
    this.#flow();
  }

  /** What was held may have been enough for another pause. */
  #flow(): void {
    if (!this.#isPaused) this.socket.resume();
  }

  /** Says what is left to say, and goes. */
  finish(): void {
    this.#isGone = true;
    // Bytes that nobody reads would make the system cut the connection, and what we said would be lost.
    this.socket.resume();
    this.socket.end();
  }

  close(fault?: ZmtpError): void {
    this.#isGone = true;
    this.#fault ??= fault;
    this.socket.destroy();
  }

  /** This process stood still for so long: what came meanwhile is still to be read. */
  excuse(ms: number): void {
    this.#heardMs += ms;
    if (this.#messageSinceMs > 0) this.#messageSinceMs += ms;
  }

  /** Asks for a sign of life after a silence. Says whether the connection is dead or stuck. */
  look(now: number, heartbeatMs: number, deadMs: number): 'alive' | 'silent' | 'slow' {
    if (this.#isPaused) return 'alive';
    if (this.#messageSinceMs > 0 && now - this.#messageSinceMs > MESSAGE_MS + this.unfinishedBytes / MESSAGE_BYTES_A_MS) return 'slow';
    const silentMs = now - this.#heardMs;
    if (silentMs > Math.min(deadMs, this.#silentMsMax)) return 'silent';
    if (silentMs > heartbeatMs && !this.#isPinged) {
      this.#isPinged = true;
      this.#write(PING);
    }
    return 'alive';
  }

  begins(flags: number, bytes: number): void {
    if ((flags & ~FLAGS) !== 0) throw new ZmtpError('bad_frame', { flags });
    if ((flags & COMMAND) !== 0) {
      if ((flags & MORE) !== 0) throw new ZmtpError('bad_frame', { flags });
      if (bytes > COMMAND_BYTES_MAX) throw new ZmtpError('too_large', { bytes });
      return;
    }
    if (!this.#isReady) throw new ZmtpError('not_ready');
    if (this.#messageBytes + bytes > this.#owner.rules.messageBytesMax) throw new ZmtpError('too_large', { bytes: this.#messageBytes + bytes });
  }

  frame(flags: number, body: Buffer): void {
    if ((flags & COMMAND) !== 0) {
      this.#command(readCommand(body));
      return;
    }
    this.#frameCount += 1;
    if (this.#frameCount > FRAMES_MAX) throw new ZmtpError('too_many_frames', { frames: this.#frameCount });
    if (this.#frameCount <= this.#owner.rules.framesKept) this.#frames.push((flags & MORE) === 0 ? body : apart(body));
    this.#messageBytes += body.length;
    if ((flags & MORE) !== 0) return;
    const [frames, count] = [this.#frames, this.#frameCount];
    this.#frames = [];
    this.#frameCount = 0;
    this.#messageBytes = 0;
    this.#messageSinceMs = 0;
    this.#owner.message(this, frames, count);
  }

  #write(bytes: Buffer): void {
    this.#writing += 1;
    this.socket.write(bytes, this.#onWritten);
  }

  #take(chunk: Buffer): void {
    this.#heardMs = performance.now();
    this.#isPinged = false;
    this.#read(() => this.#reader.push(chunk));
  }

  #read(read: () => void): void {
    if (this.#isGone) return;
    try {
      read();
    } catch (error) {
      // Nothing that comes from the network ends the process.
      this.close(error instanceof ZmtpError ? error : new ZmtpError('internal', {}, error));
    }
    if (this.#isGone) return;
    if (this.unfinishedBytes === 0) this.#messageSinceMs = 0;
    else if (this.#messageSinceMs === 0) this.#messageSinceMs = this.#heardMs;
    this.#owner.moved(this);
  }

  #command(command: Command): void {
    if (!this.#isReady) {
      this.#shake(command);
      return;
    }
    if (command.name === 'PING') {
      const { ttlMs, pong } = readPing(command.data);
      this.#silentMsMax = ttlMs === 0 ? Infinity : ttlMs;
      if (this.waitingBytes < PONG_BEHIND_BYTES_MAX) this.#write(pong);
    } else if (command.name === 'ERROR') throw new ZmtpError('other_side_refused');
    else if (command.name !== 'PONG') this.#owner.command(this, command);
  }

  #shake({ name, data }: Command): void {
    if (name === 'ERROR') throw new ZmtpError('other_side_refused');
    if (name !== 'READY') throw new ZmtpError('not_ready');
    const type = readProperties(data).get('socket-type')?.toString('latin1') ?? '';
    if (!this.#owner.rules.peerTypes.has(type)) throw new ZmtpError('socket_type');
    this.#isReady = true;
    this.#owner.opened(this);
  }

  #end(): void {
    this.#isGone = true;
    this.#owner.closed(this, this.#fault);
  }
}

/** A short piece that waits for the rest of its message does not keep alive what was read with it. */
function apart(body: Buffer): Buffer {
  if (body.length === 0) return EMPTY;
  return body.length < APART_BYTES_MAX ? Buffer.from(body) : body;
}

/** Version 4 is written like that also where it comes by way of version 6. */
export function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
