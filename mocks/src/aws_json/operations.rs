//! The operations of a service, written once each.

/// Makes the enum `Operation` of a service, and finds its operations by AWS's names. They are written in the order of
/// the alphabet, in which they are looked up.
macro_rules! operations {
    ($($name:ident,)+) => {
        /// An operation of the service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation {
            $($name,)+
        }

        /// All of them, by AWS's names.
        const ALL: &[(&str, Operation)] = &[$((stringify!($name), Operation::$name),)+];

        impl Operation {
            /// The operation with this name, and the name as one that lasts.
            pub(crate) fn find(name: &str) -> Option<(&'static str, Operation)> {
                ALL.binary_search_by_key(&name, |(known, _)| known).ok().map(|index| ALL[index])
            }
        }
    };
}

pub(crate) use operations;
