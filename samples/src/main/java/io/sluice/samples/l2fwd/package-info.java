/** {@code l2fwd}: forwards every frame to the paired port, with new MAC addresses. */
package io.sluice.samples.l2fwd;
