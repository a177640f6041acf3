package io.sluice.nic.afpacket;

/**
 * How a packet socket is opened: the geometry of each of its two rings, and what it passes.
 *
 * @param blockSize bytes, a multiple of the page size
 * @param frameSize bytes, a divisor of the block size and a multiple of 16
 * @param frameCount frames, a multiple of those in a block
 * @param qdiscBypass whether frames go to the device past the queueing discipline
 * @param outgoing whether it receives, too, what others send on the interface
 */
public record SocketOptions(
    int blockSize, int frameSize, int frameCount, boolean qdiscBypass, boolean outgoing) {
  long bytes() {
    return (long) frameSize * frameCount;
  }

  int blocks() {
    return frameCount / (blockSize / frameSize);
  }
}
