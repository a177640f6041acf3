/**
 * A process that attaches to a primary's memory: {@link io.sluice.secondary.Secondary}, and what
 * {@code sluice secondary} runs in it, a {@link io.sluice.secondary.SecondaryApp}.
 */
package io.sluice.secondary;
