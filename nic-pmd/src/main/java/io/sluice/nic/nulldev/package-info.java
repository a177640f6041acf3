/** {@code net_null}: receives as much as is asked for, and sends into nothing. */
package io.sluice.nic.nulldev;
