package io.sluice.nic;

import io.sluice.config.MpMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One message about a device that comes or goes ({@link HotplugRequestLayout}).
 *
 * @param type what is asked
 * @param devargs the device, with its arguments when it is attached
 * @param result 0 or a negative errno, in an answer
 */
record HotplugRequest(Type type, String devargs, int result) {
  /** The action of the mp channel. */
  static final String ACTION = "eal_dev_mp_request";

  /** {@code enum eal_dev_req_type}. */
  enum Type {
    ATTACH,
    DETACH,
    ATTACH_ROLLBACK,
    DETACH_ROLLBACK
  }

  /** What a message says, or null if it is none of these. */
  static HotplugRequest in(MpMessage message) {
    if (message.param().length != HotplugRequestLayout.SIZEOF) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(message.param()).order(ByteOrder.LITTLE_ENDIAN);
    int type = fields.getInt(HotplugRequestLayout.TYPE);
    if (type < 0 || type >= Type.values().length) {
      return null;
    }
    int length = 0;
    while (length < HotplugRequestLayout.DEVARGS_LENGTH
        && message.param()[HotplugRequestLayout.DEVARGS + length] != 0) {
      length++;
    }
    return new HotplugRequest(
        Type.values()[type],
        new String(
            message.param(), HotplugRequestLayout.DEVARGS, length, StandardCharsets.ISO_8859_1),
        fields.getInt(HotplugRequestLayout.RESULT));
  }

  MpMessage message() {
    byte[] param = new byte[HotplugRequestLayout.SIZEOF];
    byte[] text = devargs.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, param, HotplugRequestLayout.DEVARGS, text.length);
    ByteBuffer.wrap(param)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(HotplugRequestLayout.TYPE, type.ordinal())
        .putInt(HotplugRequestLayout.RESULT, result);
    return new MpMessage(ACTION, param);
  }

  HotplugRequest answered(int value) {
    return new HotplugRequest(type, devargs, value);
  }

  HotplugRequest as(Type other) {
    return new HotplugRequest(other, devargs, 0);
  }
}
