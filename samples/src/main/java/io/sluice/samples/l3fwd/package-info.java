/** {@code l3fwd}: an IPv4 router with longest-prefix or exact-match lookup. */
package io.sluice.samples.l3fwd;
