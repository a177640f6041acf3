package io.sluice.nic.pdump;

import io.sluice.config.MpMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a capturing process asks ({@link PdumpRequestLayout}).
 *
 * @param version 1 for plain copies, 2 for blocks of a pcapng file
 * @param operation 1 to end, 2 to begin
 * @param flags 1 receive, 2 send
 * @param device the port's name
 * @param queue {@link #ALL_QUEUES}, or one
 * @param ring address of where copies go
 * @param pool address of where mbufs for them come from
 * @param program address of a filter, or 0
 * @param snaplen most bytes of a packet, unsigned
 */
record PdumpRequest(
    int version,
    int operation,
    int flags,
    String device,
    int queue,
    long ring,
    long pool,
    long program,
    int snaplen) {
  /** The action of the mp channel. */
  static final String ACTION = "mp_pdump";

  static final int COPIES = 1;
  static final int PCAPNG = 2;
  static final int DISABLE = 1;
  static final int ENABLE = 2;
  static final int RX = 1;
  static final int TX = 2;
  static final int ALL_QUEUES = 0xffff;

  /** What a message says, or null if it is none of these. */
  static PdumpRequest in(MpMessage message) {
    if (message.param().length != PdumpRequestLayout.SIZEOF) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(message.param()).order(ByteOrder.nativeOrder());
    String device =
        new String(
            message.param(),
            PdumpRequestLayout.DEVICE,
            PdumpRequestLayout.DEVICE_LENGTH,
            StandardCharsets.ISO_8859_1);
    int end = device.indexOf('\0');
    return new PdumpRequest(
        Short.toUnsignedInt(fields.getShort(PdumpRequestLayout.VER)),
        Short.toUnsignedInt(fields.getShort(PdumpRequestLayout.OP)),
        fields.getInt(PdumpRequestLayout.FLAGS),
        end < 0 ? device : device.substring(0, end),
        Short.toUnsignedInt(fields.getShort(PdumpRequestLayout.QUEUE)),
        fields.getLong(PdumpRequestLayout.RING),
        fields.getLong(PdumpRequestLayout.MP),
        fields.getLong(PdumpRequestLayout.PRM),
        fields.getInt(PdumpRequestLayout.SNAPLEN));
  }

  /** The answer: 0 or a negative errno. */
  MpMessage answered(int result) {
    ByteBuffer param =
        ByteBuffer.allocate(PdumpResponseLayout.SIZEOF).order(ByteOrder.nativeOrder());
    param.putShort(PdumpResponseLayout.VER, (short) version);
    param.putShort(PdumpResponseLayout.RES_OP, (short) operation);
    param.putInt(PdumpResponseLayout.ERR_VALUE, result);
    return new MpMessage(ACTION, param.array());
  }
}
