// Package replay plays recorded, fully instrumented traces as an application whose trace points are switched on and off.
package replay
