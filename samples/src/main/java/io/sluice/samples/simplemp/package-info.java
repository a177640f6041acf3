/** {@code simple_mp}: two processes that send each other strings over two rings. */
package io.sluice.samples.simplemp;
