package io.sluice.memseg;

import static io.sluice.memseg.MallocRequestLayout.ADDR;
import static io.sluice.memseg.MallocRequestLayout.ALIGN;
import static io.sluice.memseg.MallocRequestLayout.ALLOC_FLAGS;
import static io.sluice.memseg.MallocRequestLayout.BOUND;
import static io.sluice.memseg.MallocRequestLayout.CONTIG;
import static io.sluice.memseg.MallocRequestLayout.ELT_SIZE;
import static io.sluice.memseg.MallocRequestLayout.HEAP_INDEX;
import static io.sluice.memseg.MallocRequestLayout.ID;
import static io.sluice.memseg.MallocRequestLayout.LEN;
import static io.sluice.memseg.MallocRequestLayout.PAGE_SZ;
import static io.sluice.memseg.MallocRequestLayout.RESULT;
import static io.sluice.memseg.MallocRequestLayout.SIZEOF;
import static io.sluice.memseg.MallocRequestLayout.SOCKET;
import static io.sluice.memseg.MallocRequestLayout.TYPE;

import io.sluice.config.MpMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One {@code struct malloc_mp_req}, written and read field by field. */
final class MallocMessage {
  /** Actions of the mp channel. */
  static final String REQUEST = "mp_malloc_request";

  static final String RESPONSE = "mp_malloc_response";
  static final String SYNC_ACTION = "mp_malloc_sync";
  static final String ROLLBACK_ACTION = "mp_malloc_rollback";

  static final int ALLOC = 0;
  static final int FREE = 1;
  static final int SYNC = 2;

  private final ByteBuffer fields;

  private MallocMessage(byte[] bytes) {
    this.fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The message in a param, or null if it is of another size. */
  static MallocMessage in(MpMessage message) {
    return message.param().length == SIZEOF ? new MallocMessage(message.param()) : null;
  }

  private static MallocMessage of(int type, long id) {
    MallocMessage message = new MallocMessage(new byte[SIZEOF]);
    message.fields.putInt(TYPE, type).putLong(ID, id);
    return message;
  }

  static MallocMessage alloc(
      long id, int heap, long pageSize, int socket, MallocHeap.Request request) {
    MallocMessage message = of(ALLOC, id);
    message
        .fields
        .putInt(HEAP_INDEX, heap)
        .putLong(PAGE_SZ, pageSize)
        .putLong(ELT_SIZE, request.size())
        .putInt(SOCKET, socket)
        .putInt(ALLOC_FLAGS, request.flags())
        .putLong(ALIGN, request.align())
        .putLong(BOUND, request.bound())
        .put(CONTIG, (byte) (request.contiguous() ? 1 : 0));
    return message;
  }

  static MallocMessage free(long id, long address, long length) {
    MallocMessage message = of(FREE, id);
    message.fields.putLong(ADDR, address).putLong(LEN, length);
    return message;
  }

  static MallocMessage sync(long id) {
    return of(SYNC, id);
  }

  /** The answer to this one. */
  MallocMessage answer(boolean success) {
    MallocMessage answer = of(type(), id());
    answer.fields.putInt(RESULT, success ? 0 : 1);
    return answer;
  }

  MpMessage as(String action) {
    return new MpMessage(action, fields.array());
  }

  int type() {
    return fields.getInt(TYPE);
  }

  long id() {
    return fields.getLong(ID);
  }

  boolean succeeded() {
    return fields.getInt(RESULT) == 0;
  }

  int heapIndex() {
    return fields.getInt(HEAP_INDEX);
  }

  long pageSize() {
    return fields.getLong(PAGE_SZ);
  }

  int socket() {
    return fields.getInt(SOCKET);
  }

  long address() {
    return fields.getLong(ADDR);
  }

  long length() {
    return fields.getLong(LEN);
  }

  MallocHeap.Request request() {
    return new MallocHeap.Request(
        fields.getLong(ELT_SIZE),
        fields.getInt(ALLOC_FLAGS),
        fields.getLong(ALIGN),
        fields.getLong(BOUND),
        fields.get(CONTIG) != 0);
  }
}
